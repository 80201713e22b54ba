"""Approval: who may make a dataset public, who asked for it, who decided and when.

``rules`` says what a change of visibility amounts to and knows no CKAN; ``gate`` is asked at
every change of a dataset; ``store`` keeps requests and decisions; ``mail`` tells the people.
"""
