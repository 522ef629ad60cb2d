"""`huiqi demo`: what the demonstration needs, made once; running it again changes nothing."""

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from huiqi.accounts.commands.demo import create_demo_accounts
from huiqi.accounts.demo import DEMO_ACCOUNTS, DEMO_PASSWORD
from huiqi.arrears.demo import make_arrears
from huiqi.cases.commands.demo import make_cases
from huiqi.cases.commands.demo_desk import make_paper_work
from huiqi.cases.commands.items import take_over
from huiqi.cases.items.reading import read_items
from huiqi.core import clock
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.enterprises.demo.load import load_firms
from huiqi.enterprises.demo.matters import make_matters
from huiqi.enterprises.demo.risk import make_risk_levels
from huiqi.enterprises.demo.story import make_twins, tell_story
from huiqi.enterprises.models import Enterprise
from huiqi.fieldwork.commands.demo import make_fieldwork
from huiqi.grants.demo import make_grants
from huiqi.hotline.commands.demo import make_hotline
from huiqi.knowledge.commands.demo import make_wordings
from huiqi.lists.demo import make_lists
from huiqi.reach.commands.demo import make_reach
from huiqi.runs.demo import make_demo_run
from huiqi.stationing import demo as stationing
from huiqi.surveys.commands.demo import make_surveys
from huiqi.surveys.commands.demo_results import make_results
from huiqi.whatif.demo import make_whatif

DEFAULT_FIRMS = 20_000
MOST_FIRMS = 5_000_000
SEED = 2020
TWINS = 8
TOLD_EVERY = 10_000


class Command(HuiqiCommand):
    help = "建立演示账号和演示企业（只用于演示站点；可重复运行，同一种子结果相同）"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--enterprises", type=int, default=DEFAULT_FIRMS, metavar="N", help="演示企业户数"
        )
        parser.add_argument("--seed", type=int, default=SEED, metavar="S", help="随机种子")

    def handle(self, *args: Any, **options: Any) -> None:
        count, seed = int(options["enterprises"]), int(options["seed"])
        if not settings.HUIQI_DEMO:
            raise Refused("site.not_a_demo", "本站不是演示站点，不能建立演示数据。")
        if not 0 <= count <= MOST_FIRMS:
            raise Refused("site.demo_size", f"演示企业户数应在0到{MOST_FIRMS:,}之间，如 20000。")
        accounts = create_demo_accounts(actor=None)
        take_over(read_items(Path(settings.RULEBOOK_DIR)), at=clock.now())
        firms = self._make_firms(count, seed, clock.today())
        machine = {
            "accounts": [account.username for account in DEMO_ACCOUNTS],
            "made": [user.username for user in accounts],
            "enterprises": firms,
        }
        self.answer(machine, _words(machine), as_json=bool(options["as_json"]))

    def _make_firms(self, count: int, seed: int, on: date) -> int:
        """Synthetic firms, the story's firms, some rows twice; returns how many firms are new."""
        synthetic = Enterprise.objects.filter(is_synthetic=True)
        before = synthetic.count()
        for done, total in load_firms(count, seed=seed, on=on):
            if done % TOLD_EVERY == 0 and self.stderr.isatty():
                self.stderr.write(f"演示企业 {done:,}/{total:,}")
        if count:
            tell_story(seed=seed, on=on)
            make_twins(TWINS, seed=seed, on=on)
            make_matters(seed=seed, on=on)
            make_risk_levels(seed=seed, on=on)
            make_lists(on=on)
            stationing.make_demo(seed=seed, on=on)
            make_wordings(at=clock.now(), on=on)
            make_cases(seed=seed, on=on)
            make_paper_work(on=on, wall=clock.wall_now())
            make_hotline(at=clock.now(), wall=clock.wall_now())
            make_arrears(on=on)
            make_grants(on=on, wall=clock.wall_now())
            make_surveys(seed=seed, on=on, wall=clock.wall_now())
            make_fieldwork(on=on, now=clock.now(), wall=clock.wall_now())
            make_results(seed=seed, on=on, wall=clock.wall_now())
            make_reach(on=on)
            make_demo_run(on=on, at=clock.now())
            make_whatif(on=on, wall=clock.wall_now())
        return synthetic.count() - before


def _words(machine: dict[str, Any]) -> str:
    listed = "、".join(f"{account.username}（{account.name}）" for account in DEMO_ACCOUNTS)
    made = f"新建账号{len(machine['made'])}个、企业{machine['enterprises']}户"
    return f"演示账号：{listed}；密码 {DEMO_PASSWORD}；{made}。"
