"""`huiqi rotate_keys`: encrypt and index every personal column with the first key of the ring."""

from dataclasses import asdict
from typing import Any

from huiqi.core import crypto
from huiqi.core.cli import HuiqiCommand
from huiqi.core.errors import Refused
from huiqi.core.rotation import rotate_keys


class Command(HuiqiCommand):
    help = "用 HUIQI_KEYS 中的第一把密钥重新加密全部加密内容、重建盲索引；中断后再次运行即可继续。"

    def handle(self, *args: Any, **options: Any) -> None:
        rotated = rotate_keys(progress=lambda label, count: self.stderr.write(f"{label}：{count}行"))
        key, lost = crypto.current_key_id(), sum(rotated.unreadable.values())
        if lost:
            places = "、".join(f"{label}（{count}行）" for label, count in rotated.unreadable.items())
            raise Refused(
                "core.keys_unreadable",
                f"其余内容已改用密钥{key}，但{places}用现有密钥读不出来。"
                "请把当时的密钥加进 HUIQI_KEYS 后再运行。",
            )
        count = sum(rotated.rewritten.values())
        human = f"已改用密钥{key}：{count}行。" if count else f"全部内容已使用密钥{key}，旧密钥可以移除。"
        self.answer({"key": key, **asdict(rotated)}, human, as_json=options["as_json"])
