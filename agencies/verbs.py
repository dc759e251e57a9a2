"""Audit verbs of agencies."""

from core.audit import Verb, register

register({
    "county.loaded": Verb("载入县区、单位和人员"),
    "member.added": Verb("新增人员"),
    "member.moved": Verb("调整人员单位或角色"),
    "member.disabled": Verb("停用人员"),
    "member.enabled": Verb("启用人员"),
    "member.password_reset": Verb("重置密码"),
    "member.password_changed": Verb("修改密码"),
    "member.logged_in": Verb("登录", mutates=False),
    "member.logged_out": Verb("退出", mutates=False),
    "member.login_failed": Verb("登录失败", mutates=False),
    "member.unlocked": Verb("解除登录锁定"),
    "agency.saved": Verb("维护单位"),
    "body.formed": Verb("设立机构"),
    "body.saved": Verb("更新机构"),
    "body.ended": Verb("撤销机构"),
    "post.proposed": Verb("提出成员变动"),
    "post.recorded": Verb("备案成员变动"),
    "post.refused": Verb("退回成员变动"),
    "post.ended": Verb("终止机构职务"),
    "acting.appointed": Verb("指定代理人员"),
    "acting.ended": Verb("结束代理"),
    "work.handed_over": Verb("移交未办事项"),
    "audit.verified": Verb("校验审计链", mutates=False),
})
