"""Under which heading of a firm's page each kept fact stands. What is in none comes last, under "other"."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from huiqi.enterprises.models.firm import LIST_FACTS

REST = "rest"
GROUPS: dict[str, tuple[str | Promise, tuple[str, ...]]] = {
    "basis": (
        gettext_lazy("基本情况"),
        (
            "province", "prefecture", "gb4754", "org_type", "central_soe", "agri_subject", "is_landlord",
        ),
    ),
    "size": (
        gettext_lazy("规模"),
        (
            "size_class", "employees", "revenue", "assets",
        ),
    ),
    "lists": (
        gettext_lazy("名单和认定"),
        (
            *LIST_FACTS, "credit_bad_record", "epidemic_supply_category", "emergency_device_registration",
            "industrial_policy_ok", "affected_by_epidemic", "si_severe_hardship", "distress_certified",
            "tenant_hardship", "property_tax_hardship_certified", "force_majeure_loss",
            "high_growth_certified", "little_giant_base_ok", "refuses_ar_confirmation", "prior_award",
            "services_rendered",
        ),
    ),
    "work": (
        gettext_lazy("用工"),
        (
            "vacancies", "graduate_hires", "new_hire_share", "few_layoffs_certified", "job_pledge",
            "employee_consent", "no_arrears", "disabled_ratio", "tech_staff_share", "startup_person",
            "local_registered_unemp_rate", "pool_months",
        ),
    ),
    "money": (
        gettext_lazy("融资和款项"),
        (
            "loan_requested", "refinance_need", "liquidity_trouble", "outlook", "bank_credit_ok",
            "relending_supported", "loan_contract_date", "loan_use_epidemic", "lpr_1y",
            "owner_operating_loan", "guarantee_kept", "guarantor_type", "lender_local_bank",
            "unsecured_new_loan", "debt_ratio", "receivables_confirmed", "ar_platform_registered",
            "ar_unpaid_amount", "apply_date",
        ),
    ),
    "growth": (
        gettext_lazy("创新和成长"),
        (
            "rd_ratio", "growth_2y", "years_in_niche", "main_income_share", "market_rank",
            "national_market_leader", "rd_intensity_leading", "rd_institution", "invention_patents",
            "utility_patents", "own_brand", "quality_cert", "core_info_system", "on_cloud",
            "joined_activities", "entrant_type",
        ),
    ),
    "relief": (
        gettext_lazy("生产、用能、租金和捐赠"),
        (
            "equipment_for_capacity", "purchase_date", "transports_key_supplies",
            "living_services_activity", "cargo_type", "tolls_in_window", "electricity_class",
            "two_part_tariff", "gas_user", "rents_state_owned", "monthly_rent", "rent_waived",
            "donation_channel", "donation_form", "donation_purpose", "donation_cash_or_goods",
            "airline_fund_payer", "waived_fee_amount",
        ),
    ),
    "contracts": (
        gettext_lazy("合同和账款"),
        (
            "size_class_at_contract", "debtor_type", "debtor_size_at_contract", "delivery_date",
            "has_agreed_term", "agreed_days", "has_agreed_interest", "agreed_interest_rate", "contract",
            "evidence", "dispute_type",
        ),
    ),
}  # fmt: skip

# Figures of a place or of the market, not of one firm: nobody is asked for them on a firm's page.
OF_THE_AREA = frozenset({"local_registered_unemp_rate", "pool_months", "lpr_1y"})
