"""Writes on people, units, sign-ins, invitations, deputies and reviews."""

from huiqi.accounts.commands.demo import create_demo_accounts

__all__ = ["create_demo_accounts"]
