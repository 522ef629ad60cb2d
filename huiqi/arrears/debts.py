"""How the same debtor, contract and invoice are known again, and a claim's first answers read. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from huiqi.arrears.interest import NO, UNKNOWN, YES
from huiqi.arrears.regimes import Party
from huiqi.core.messages import Message, gettext_noop
from huiqi.core.money import format_yuan

MOST_INVOICES = 200
_LOOSE = re.compile(r"[\s·,，.。、（）()\[\]【】〔〕\-—–_/\\]+")
_INVOICE = re.compile(r"[0-9A-Za-z]{6,30}")
_PARTIES = {
    "government": Party.GOVERNMENT,
    "institution": Party.INSTITUTION,
    "large": Party.LARGE,
    "state_owned": Party.UNSURE,
    "other": Party.OTHER,
}
_AMOUNTS = ("undisputed", "disputed", "owed", "paid", "contract_amount", "invoiced_sum")
_SME = {"yes": YES, "no": NO}


def key_of(code: str, name: str) -> str:
    """A unit by its credit code, else by its name without spaces and punctuation."""
    tidy = _tidy(code)
    return tidy if len(tidy) == 18 else _tidy(name)


def contract_key(number: str) -> str:
    """A contract's number as it compares: 浏建〔2019〕-07 号 and 浏建（2019）07号 are one."""
    return _tidy(number)


def invoice_numbers(text: str) -> list[str]:
    """The invoice numbers in a text, each once, in order; twenty digits or the older eight alike."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return list(dict.fromkeys(_INVOICE.findall(plain)))[:MOST_INVOICES]


def _tidy(text: str) -> str:
    return _LOOSE.sub("", unicodedata.normalize("NFKC", text)).upper()


@dataclass(frozen=True)
class Stated:
    """What the request's form says of the debt; what was not said is empty or None."""

    debtor_name: str
    debtor_code: str
    debtor_region: str
    party: str
    was_sme: str
    contract_title: str
    contract_number: str
    signed_on: date | None
    delivered_on: date | None
    agreed_on: date | None
    rate_words: str
    contract_amount: int | None
    invoiced: int | None
    claimed: int
    undisputed: int | None
    disputed: int | None
    invoices: tuple[str, ...]


def stated_in(answers: Mapping[str, Any]) -> Stated:
    """The answers of the item 拖欠账款投诉 by field id. A rate in words is kept and not interpreted."""

    def text(field: str) -> str:
        return str(answers.get(field) or "").strip()

    return Stated(
        debtor_name=text("debtor_name"),
        debtor_code=text("debtor_code").upper(),
        debtor_region=text("debtor_region"),
        party=_PARTIES.get(text("debtor_kind"), Party.UNSURE).value,
        was_sme=_SME.get(text("sme_at_signing"), UNKNOWN),
        contract_title=text("contract_title"),
        contract_number=text("contract_number"),
        signed_on=_day(answers.get("contract_on")),
        delivered_on=_day(answers.get("delivered_on")),
        agreed_on=_day(answers.get("agreed_on")),
        rate_words=text("interest_words")[:200],
        contract_amount=_fen(answers.get("contract_amount")),
        invoiced=_fen(answers.get("invoiced_sum")),
        claimed=_fen(answers.get("owed")) or 0,
        undisputed=_fen(answers.get("undisputed")),
        disputed=_fen(answers.get("disputed")),
        invoices=tuple(invoice_numbers(text("invoice_numbers"))),
    )


def form_faults(answers: Mapping[str, Any]) -> dict[str, Message]:
    """What does not add up in the answers to the form: field → what to say, with both figures in 元."""
    fen = {name: _fen(answers.get(name)) for name in _AMOUNTS}
    found = {
        "disputed": parts_fault(fen["undisputed"], fen["disputed"], fen["owed"]),
        "owed": _owed_fault(fen["owed"], fen["paid"], fen["contract_amount"]),
        "invoiced_sum": invoices_fault(fen["invoiced_sum"], fen["contract_amount"]),
    }
    return {field: said for field, said in found.items() if said is not None}


def parts_fault(undisputed: int | None, disputed: int | None, owed: int | None) -> Message | None:
    """The two parts are what is owed and not paid, no more and no less; None while one is not said."""
    if undisputed is None or disputed is None or owed is None or undisputed + disputed == owed:
        return None
    said = gettext_noop(
        "对方认账的和有争议的加起来是%(parts)s，没有付的金额是%(owed)s，两个数应当相等。请核对后重填。"
    )
    return Message(said, {"parts": format_yuan(undisputed + disputed), "owed": format_yuan(owed)})


def _owed_fault(owed: int | None, paid: int | None, contract: int | None) -> Message | None:
    if owed is None or contract is None or owed + (paid or 0) <= contract:
        return None
    said = gettext_noop(
        "没有付的和已经付过的加起来是%(sum)s，超过了合同金额%(contract)s。"
        "请核对；增加了工程量的，合同金额填增加后的。"
    )
    return Message(said, {"sum": format_yuan(owed + (paid or 0)), "contract": format_yuan(contract)})


def invoices_fault(invoiced: int | None, contract: int | None) -> Message | None:
    """What was invoiced is at most what the contract is about; None while one is not said."""
    if invoiced is None or contract is None or invoiced <= contract:
        return None
    said = gettext_noop(
        "发票金额合计%(invoiced)s，超过了合同金额%(contract)s。请核对，不是这份合同的发票不要填。"
    )
    return Message(said, {"invoiced": format_yuan(invoiced), "contract": format_yuan(contract)})


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else None


def _fen(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
