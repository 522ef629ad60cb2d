"""One typed column for each fact the register keeps: the current projection of the statements.

It follows rulebook/facts.yaml (a test holds the two equal): a fact added there is added here, and migrated.
Labels are in the catalogue. Money in whole fen, ratios as whole numbers at the scale; null is unknown.
"""

from django.db import models


def _whole() -> models.BigIntegerField[int | None, int | None]:
    return models.BigIntegerField(null=True, editable=False)


def _yes_no() -> models.BooleanField[bool | None, bool | None]:
    return models.BooleanField(null=True, editable=False)


def _day() -> models.DateField:  # type: ignore[type-arg]
    return models.DateField(null=True, editable=False)


def _code(width: int = 40) -> models.CharField[str | None, str | None]:
    return models.CharField(max_length=width, null=True, editable=False)


class CurrentFacts(models.Model):
    """What is known of a firm today, for lists and snapshots; statements are the truth behind it."""

    province = _code(6)
    prefecture = _code(6)
    gb4754 = _code(4)
    org_type = _code()
    employees = _whole()  # persons
    revenue = _whole()  # fen
    assets = _whole()  # fen
    size_class = _code()
    local_registered_unemp_rate = _whole()  # ratio x 10000
    pool_months = _whole()  # ratio x 100
    si_severe_hardship = _yes_no()
    distress_certified = _yes_no()
    few_layoffs_certified = _yes_no()
    tenant_hardship = _yes_no()
    affected_by_epidemic = _yes_no()
    employee_consent = _yes_no()
    graduate_hires = _whole()  # persons
    vacancies = _whole()  # persons
    job_pledge = _yes_no()
    severe_dishonesty = _yes_no()
    industrial_policy_ok = _yes_no()
    credit_bad_record = _yes_no()
    key_supplier_national = _yes_no()
    key_supplier_local = _yes_no()
    tax_key_supplier_list = _yes_no()
    provincial_key_contact = _yes_no()
    epidemic_supply_category = _yes_no()
    central_soe = _yes_no()
    relending_supported = _yes_no()
    loan_contract_date = _day()
    loan_use_epidemic = _yes_no()
    lpr_1y = _whole()  # ratio x 10000
    liquidity_trouble = _yes_no()
    outlook = _yes_no()
    owner_operating_loan = _yes_no()
    guarantee_kept = _yes_no()
    lender_local_bank = _yes_no()
    unsecured_new_loan = _yes_no()
    agri_subject = _yes_no()
    guarantor_type = _code()
    apply_date = _day()
    refinance_need = _yes_no()
    bank_credit_ok = _yes_no()
    five_hundred_project = _yes_no()
    chain_backbone = _yes_no()
    provincial_title_valid = _yes_no()
    high_growth_certified = _yes_no()
    provincial_sme_title = _yes_no()
    refuses_ar_confirmation = _yes_no()
    receivables_confirmed = _whole()  # fen
    ar_platform_registered = _yes_no()
    new_hire_share = _whole()  # ratio x 10000
    no_arrears = _yes_no()
    startup_person = _yes_no()
    loan_requested = _whole()  # fen
    little_giant_base_ok = _yes_no()
    rd_ratio = _whole()  # ratio x 10000
    on_cloud = _yes_no()
    joined_activities = _yes_no()
    growth_2y = _whole()  # ratio x 10000
    debt_ratio = _whole()  # ratio x 10000
    years_in_niche = _whole()  # year
    main_income_share = _whole()  # ratio x 10000
    market_rank = _whole()  # count
    national_market_leader = _yes_no()
    tech_staff_share = _whole()  # ratio x 10000
    rd_intensity_leading = _yes_no()
    rd_institution = _yes_no()
    invention_patents = _whole()  # count
    utility_patents = _whole()  # count
    own_brand = _yes_no()
    quality_cert = _yes_no()
    core_info_system = _yes_no()
    entrant_type = _code()
    prior_award = _yes_no()
    equipment_for_capacity = _yes_no()
    purchase_date = _day()
    transports_key_supplies = _yes_no()
    living_services_activity = _yes_no()
    cargo_type = _code()
    tolls_in_window = _whole()  # fen
    donation_channel = _code()
    donation_form = _code()
    donation_purpose = _code()
    donation_cash_or_goods = _whole()  # fen
    force_majeure_loss = _yes_no()
    property_tax_hardship_certified = _yes_no()
    is_landlord = _yes_no()
    rent_waived = _whole()  # fen
    services_rendered = _yes_no()
    disabled_ratio = _whole()  # ratio x 1000000
    emergency_device_registration = _yes_no()
    airline_fund_payer = _yes_no()
    waived_fee_amount = _whole()  # fen
    electricity_class = _code()
    two_part_tariff = _yes_no()
    gas_user = _yes_no()
    rents_state_owned = _yes_no()
    monthly_rent = _whole()  # fen
    size_class_at_contract = _code()
    debtor_type = _code()
    debtor_size_at_contract = _code()
    delivery_date = _day()
    has_agreed_term = _yes_no()
    agreed_days = _whole()  # day
    ar_unpaid_amount = _whole()  # fen
    has_agreed_interest = _yes_no()
    agreed_interest_rate = _whole()  # ratio x 100000
    contract = _yes_no()
    evidence = _yes_no()
    dispute_type = _code()

    class Meta:
        abstract = True
