"""What can be tracked and what is known: measures, conditions and the evidence about them."""

MEASURE_CODES = frozenset(
    (
        "pain sleep_disturbance vivid_dreams digestive_upset fatigue brain_fog low_mood anxiety stiffness joint_pain "
        "abdominal_pain urgency spasticity tremor headache nausea post_exertional_malaise skin_rash walking_difficulty "
        "function"
    ).split()
)
CONDITION_CODES = frozenset(
    (
        "fibromyalgia chronic_pain multiple_sclerosis crohns_disease ulcerative_colitis rheumatoid_arthritis lupus "
        "depression anxiety parkinsons_disease alzheimers_disease chronic_fatigue autism cancer_care"
    ).split()
)
