"""Audit verbs of core."""

from core.audit import Verb, register

register(
    {
        "file.stored": Verb("保存文件"),
        "file.resealed": Verb("加密的文件换用新密钥"),
        "file.read": Verb("下载文件", mutates=False),
        "export.made": Verb("导出", mutates=False),
        "command.run": Verb("运行命令", mutates=False),
        "upload.judged": Verb("上传并检查表格"),
        "upload.applied": Verb("确认导入"),
        "upload.cancelled": Verb("放弃导入"),
        "notice.acked": Verb("已阅"),
        "run.started": Verb("启动后台任务"),
        "run.cancelled": Verb("取消后台任务"),
    }
)
