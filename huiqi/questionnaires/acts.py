"""What the acts on questionnaires are called in the audit trail."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

ACTS: Mapping[str, Any] = {
    "questionnaire.created": _("新建问卷"),
    "questionnaire.renamed": _("修改问卷名称"),
    "questionnaire.approval_noted": _("登记问卷的批准文号"),
    "questionnaire.uploaded": _("上传问卷版本"),
    "questionnaire.published": _("发布问卷版本"),
    "questionnaire.discarded": _("删去未发布的问卷版本"),
    "questionnaire.retired": _("停用问卷"),
    "questionnaire.sketch_started": _("开始在网页上编辑问卷"),
    "questionnaire.sketched": _("在网页上修改问卷底稿"),
    "questionnaire.sketch_discarded": _("放弃问卷底稿"),
}
