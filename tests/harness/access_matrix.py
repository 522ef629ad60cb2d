"""Who may open which address: the rows of all apps, each kept beside its app's tests."""

from huiqi.accounts.tests import access as accounts
from huiqi.arrears.tests import access as arrears
from huiqi.cases.tests import access as cases
from huiqi.core.tests import access as core
from huiqi.enterprises.tests import access as enterprises
from huiqi.fieldwork.tests import access as fieldwork
from huiqi.grants.tests import access as grants
from huiqi.hotline.tests import access as hotline
from huiqi.knowledge.tests import access as knowledge
from huiqi.lists.tests import access as lists
from huiqi.messages.tests import access as messages
from huiqi.policies.tests import access as policies
from huiqi.questionnaires.tests import access as questionnaires
from huiqi.reach.tests import access as reach
from huiqi.reference.tests import access as reference
from huiqi.runs.tests import access as runs
from huiqi.stationing.tests import access as stationing
from huiqi.surveys.tests import access as surveys
from huiqi.webhooks.tests import access as webhooks
from huiqi.whatif.tests import access as whatif
from tests.harness import access_api as api
from tests.harness.access_rows import Row

MATRIX: dict[str, Row] = {
    **core.ROWS,
    **accounts.ROWS,
    **reference.ROWS,
    **policies.ROWS,
    **enterprises.ROWS,
    **messages.ROWS,
    **lists.ROWS,
    **knowledge.ROWS,
    **hotline.ROWS,
    **stationing.ROWS,
    **cases.ROWS,
    **arrears.ROWS,
    **grants.ROWS,
    **runs.ROWS,
    **questionnaires.ROWS,
    **surveys.ROWS,
    **reach.ROWS,
    **whatif.ROWS,
    **webhooks.ROWS,
    **fieldwork.ROWS,
    **api.ROWS,
}
