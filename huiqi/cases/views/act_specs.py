"""The acts of the case page: what each is called, what it asks for and which command does it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from huiqi.accounts.models import User
from huiqi.cases.commands import approvals, closing, desk, handling, linking, on_behalf, supervision
from huiqi.cases.forms import acts as forms
from huiqi.cases.models import Case
from huiqi.core import clock
from huiqi.files.commands import attach, receive_upload


@dataclass(frozen=True)
class Doing:
    """One act as it was sent: on what, with what, by whom, when, and which version was on the screen."""

    case: Case
    target: Any
    given: Mapping[str, Any]
    actor: User
    at: datetime
    expected: int

    @property
    def how(self) -> dict[str, Any]:
        """The keywords every command takes."""
        return {"actor": self.actor, "at": self.at, "expected": self.expected}


@dataclass(frozen=True)
class Spec:
    """`label` is on the button, `done` is said afterwards."""

    label: Any
    done: Any
    form: type[forms.ActForm]
    run: Callable[[Doing], Any]
    hint: Any = ""
    tone: str = ""
    has_file: bool = False


def _text(doing: Doing) -> str:
    return str(doing.given["text"])


def _attach(doing: Doing) -> None:
    upload = receive_upload(doing.given["file"], actor=doing.actor, at=clock.wall_now())
    with transaction.atomic():
        attach(upload, owner=doing.case, actor=doing.actor, at=clock.wall_now())
        words = upload.name
        handling.note_case(doing.case, text=words, **doing.how)


def _exclude(doing: Doing) -> None:
    approvals.ask_exclusion(doing.case, reason=_text(doing), **doing.how)


def _merge(doing: Doing) -> None:
    given = doing.given
    desk.merge_case(doing.case, into=given["number"], reason=given["reason"], **doing.how)


def _call_back(doing: Doing) -> None:
    given = doing.given
    words = {"word": given["word"], "rating": given["rating"], "way": given["way"], "note": given["note"]}
    closing.record_call_back(doing.case, **words, **doing.how)


def _send_back(doing: Doing) -> None:
    given = doing.given
    words = {"reason": given["reason"], "text": given["text"], "proposed_unit": given["proposed_unit"]}
    handling.send_back(doing.target, **words, **doing.how)


def _answer(doing: Doing) -> None:
    ending = doing.given.get("ending", "")
    handling.answer_order(doing.target, text=_text(doing), proposed_ending=ending, **doing.how)


def _answer_for(doing: Doing) -> None:
    given = doing.given
    scan = receive_upload(given["scan"], actor=doing.actor, at=clock.wall_now())
    said = {"text": _text(doing), "proposed_ending": given.get("ending", ""), "scan": scan}
    on_behalf.answer_for_unit(doing.target, **said, **doing.how)


def _decide(doing: Doing) -> None:
    given = doing.given
    granted = given["granted"] == "yes"
    approvals.decide_approval(doing.target, granted=granted, decision=given["decision"], **doing.how)


def _issue(doing: Doing) -> None:
    given = doing.given
    supervision.issue_supervision(
        doing.target, text=given["text"], answer_by=given["answer_by"], actor=doing.actor, at=doing.at
    )


def _take_back(doing: Doing) -> None:
    approvals.withdraw_approval(doing.target, actor=doing.actor, at=doing.at)


def _drop(doing: Doing) -> None:
    supervision.drop_supervision(doing.target, reason=_text(doing), actor=doing.actor, at=doing.at)


def _answer_letter(doing: Doing) -> None:
    supervision.answer_supervision(doing.target, text=_text(doing), actor=doing.actor, at=doing.at)


def _classify(doing: Doing) -> None:
    given = doing.given
    desk.classify_case(doing.case, topic=given["topic"], urgency=given["urgency"], **doing.how)


def _approve(doing: Doing) -> None:
    given = doing.given
    closing.approve_answer(doing.case, ending=given["ending"], text=given["text"], **doing.how)


def _extend(doing: Doing) -> None:
    given = doing.given
    approvals.ask_extension(doing.target, amount=given["amount"], reason=given["reason"], **doing.how)


def _suspend(doing: Doing) -> None:
    given = doing.given
    approvals.ask_suspension(doing.target, review_on=given["review_on"], reason=given["reason"], **doing.how)


_REFUSED = _("已通知诉求人。")
SPECS: Mapping[str, Spec] = {
    "accept": Spec(
        _("受理"),
        _("已受理，诉求人已收到通知。下一步请派单。"),
        forms.PlainForm,
        lambda doing: desk.accept_case(doing.case, **doing.how),
        _("受理后开始计派单时限。"),
    ),
    "sign": Spec(
        _("签收"),
        _("已签收，开始计办理时限。请在时限内联系诉求人。"),
        forms.PlainForm,
        lambda doing: handling.sign_order(doing.target, **doing.how),
        _("签收后开始计办理时限；不归本单位的，请在签收前退回。"),
    ),
    "contact": Spec(
        _("记录联系"),
        _("已记录。"),
        forms.ContactForm,
        lambda doing: handling.record_contact(doing.target, note=doing.given["note"], **doing.how),
    ),
    "answer": Spec(_("提交答复"), _("已提交。"), forms.AnswerForm, _answer),
    "approve": Spec(_("审核通过"), _("已通过，诉求人可以看到答复并评价。"), forms.ApproveForm, _approve),
    "call_back": Spec(_("记录回访"), _("已记录回访。"), forms.CallBackForm, _call_back),
    "resume": Spec(
        _("恢复办理"),
        _("已恢复办理，继续计时。"),
        forms.PlainForm,
        lambda doing: approvals.resume_case(doing.case, **doing.how),
    ),
    "take_on": Spec(
        _("认领"),
        _("已认领，由您办理。"),
        forms.PlainForm,
        lambda doing: handling.take_on(doing.target, **doing.how),
        _("认领后列入“等我办”，同事看得到是您在办。"),
    ),
    "hand_on": Spec(
        _("转交同事"),
        _("已转交，对方会收到通知。"),
        forms.HandOnForm,
        lambda doing: handling.hand_on(doing.target, colleague=doing.given["colleague"], **doing.how),
    ),
    "send_back": Spec(
        _("退回派单"),
        _("已退回，由派单单位重新派单。"),
        forms.SendBackForm,
        _send_back,
        _("要在签收前、签收期限内退回。"),
        "danger",
    ),
    "redo": Spec(
        _("退回重办"),
        _("已退回重办，时限减半。"),
        forms.ReasonForm,
        lambda doing: closing.redo_case(doing.case, reason=_text(doing), **doing.how),
        tone="danger",
    ),
    "refuse": Spec(
        _("不予受理"),
        _REFUSED,
        forms.RefuseForm,
        lambda doing: desk.refuse_case(
            doing.case, reason=doing.given["reason"], text=_text(doing), **doing.how
        ),
        tone="danger",
    ),
    "ask_supplement": Spec(
        _("要求补正"),
        _("已通知诉求人补充；等待期间办理时限暂停。"),
        forms.ToRequesterForm,
        lambda doing: desk.ask_supplement(doing.case, text=_text(doing), **doing.how),
        _("写明缺什么、怎么补。"),
    ),
    "give_supplement": Spec(
        _("代录补正"),
        _("已记录补正，恢复计时。"),
        forms.TextForm,
        lambda doing: desk.give_supplement(doing.case, text=_text(doing), **doing.how),
        _("诉求人在电话里或到现场补充的，在这里记下来。"),
    ),
    "stop_waiting": Spec(
        _("不再等待补正"),
        _("已恢复办理，继续计时。"),
        forms.ReasonForm,
        lambda doing: desk.stop_waiting(doing.case, reason=_text(doing), **doing.how),
    ),
    "classify": Spec(_("调整主题和紧急程度"), _("已调整。"), forms.ClassifyForm, _classify),
    "add_co": Spec(
        _("增派协办"),
        _("已派给协办单位。"),
        forms.AddCoForm,
        lambda doing: desk.add_co_handler(
            doing.case, unit=doing.given["unit"], instruction=doing.given["instruction"], **doing.how
        ),
        _("下级单位为交办，其他单位为商请。"),
    ),
    "cancel_order": Spec(
        _("取消协办"),
        _("已取消，对方会收到通知。"),
        forms.ReasonForm,
        lambda doing: desk.cancel_order(doing.target, reason=_text(doing), **doing.how),
    ),
    "contact_for": Spec(
        _("代记联系诉求人"),
        _("已记录。"),
        forms.ContactForm,
        lambda doing: on_behalf.contact_for_unit(doing.target, note=doing.given["note"], **doing.how),
        _("对方单位没有账号，由本单位联系诉求人并记下来。"),
    ),
    "answer_for": Spec(
        _("代录单位答复"),
        _("已录入，由其他人审核。"),
        forms.AnswerForUnitForm,
        _answer_for,
        _("对方单位没有账号，不用签收；附上盖章答复的扫描件，记录里写明代哪个单位录入。"),
        has_file=True,
    ),
    "extend": Spec(
        _("申请延期"),
        _("已提请审批。"),
        forms.ExtendForm,
        _extend,
        _("到期前申请，一轮一次；由受理单位的其他人审批。"),
    ),
    "suspend": Spec(
        _("申请暂缓办理"),
        _("已提请审批。"),
        forms.SuspendForm,
        _suspend,
        _("确有客观障碍、眼下办不了的。"),
    ),
    "escalate": Spec(
        _("升级"),
        _("已升级，由上一级单位派单。"),
        forms.ReasonForm,
        lambda doing: desk.escalate_case(doing.case, reason=_text(doing), **doing.how),
        _("交上一级单位派单，本单位不再派。"),
        "danger",
    ),
    "merge": Spec(_("并入另一件"), _("已合并，诉求人已收到通知。"), forms.MergeForm, _merge),
    "split": Spec(
        _("分离"),
        _("已分离，请派单。"),
        forms.ReasonForm,
        lambda doing: desk.split_case(doing.case, reason=_text(doing), **doing.how),
        _("查明不是同一件事的。"),
    ),
    "withdraw": Spec(
        _("诉求人要求撤回"),
        _("已撤回办结。"),
        forms.ReasonForm,
        lambda doing: desk.withdraw_case(doing.case, reason=_text(doing), **doing.how),
        _("只在诉求人本人提出时使用，写明怎么提出的。"),
        "danger",
    ),
    "link_firm": Spec(
        _("关联企业"),
        _("已关联，企业的人员可以看到这件诉求。关联错了可以取消。"),
        forms.LinkFirmForm,
        lambda doing: linking.link_firm(doing.case, confirmed=doing.given["confirmed"], **doing.how),
        _("诉求人没有登录，只填了信用代码；核对后关联到企业档案。"),
    ),
    "unlink_firm": Spec(
        _("取消关联企业"),
        _("已取消关联。"),
        forms.ReasonForm,
        lambda doing: linking.unlink_firm(doing.case, reason=_text(doing), **doing.how),
        _("关联错了的，取消后企业的人员不再看到这件。"),
        "danger",
    ),
    "exclude": Spec(
        _("申诉剔除"),
        _("已提请审批。"),
        forms.ReasonForm,
        _exclude,
        _("批准后不计入考核，列表上仍然注明。"),
    ),
    "message": Spec(
        _("给诉求人留言"),
        _("已留言，诉求人会收到通知。"),
        forms.ToRequesterForm,
        lambda doing: handling.message_requester(doing.case, text=_text(doing), **doing.how),
    ),
    "note": Spec(
        _("内部备注"),
        _("已记下。"),
        forms.TextForm,
        lambda doing: handling.note_case(doing.case, text=_text(doing), **doing.how),
        _("只有工作人员看得到。"),
    ),
    "attach": Spec(
        _("上传文件或凭证"),
        _("已上传。"),
        forms.AttachForm,
        _attach,
        _("办结凭证也在这里传，例如付款凭证。"),
        has_file=True,
    ),
    "supervise": Spec(
        _("起草督办"),
        _("督办单已起草，请签发。"),
        forms.SuperviseForm,
        lambda doing: supervision.order_supervision(
            doing.case, unit=doing.given["unit"], text=_text(doing), **doing.how
        ),
        _("领导交办或发现问题时使用；签发后单位按期回复。"),
    ),
    "decide": Spec(_("审批"), _("已审批，申请人会收到通知。"), forms.DecideForm, _decide),
    "take_back": Spec(_("撤回申请"), _("已撤回申请。"), forms.PlainForm, _take_back),
    "issue": Spec(_("签发督办"), _("已签发，单位会收到通知。"), forms.LetterForm, _issue),
    "drop": Spec(_("不予签发"), _("已记录。"), forms.ReasonForm, _drop),
    "answer_letter": Spec(_("回复督办"), _("已回复。"), forms.TextForm, _answer_letter),
}
