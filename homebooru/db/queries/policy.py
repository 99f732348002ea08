"""What the household set about its sources."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from homebooru.db.tables import SettingRow
from homebooru.domain.policy import NAMES, Policy, tuned


def policy_settings(session: Session) -> dict[str, Any]:
    """Return the settings that the policy is made of, as they are stored."""
    rows = session.execute(
        sa.select(SettingRow.name, SettingRow.value).where(SettingRow.name.in_(NAMES))
    )
    return {name: value for name, value in rows}  # noqa: C416  rows are no pairs to mypy


def load_policy(session: Session) -> Policy:
    """Return the policy that holds now."""
    return tuned(policy_settings(session))


SETTING = sa.select(SettingRow.value).where(SettingRow.name == sa.bindparam("name"))


def setting(session: Session, name: str) -> Any:
    """Return a setting as it is stored, or None where nobody set it."""
    return session.scalar(SETTING, {"name": name})


def keep_setting(session: Session, name: str, value: Any) -> None:
    """Store a setting, whether or not it was there."""
    new = insert(SettingRow).values(name=name, value=value)
    session.execute(
        new.on_conflict_do_update(
            index_elements=[SettingRow.name],
            set_={"value": new.excluded.value, "updated_at": sa.func.now()},
        )
    )
