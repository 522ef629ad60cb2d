"""Pure state machines and segmented clocks for work that passes between people. No Django, no clock, no law.

What a step or a term is called, and how long it lasts, is content of the apps above (rulebook/services).
"""
