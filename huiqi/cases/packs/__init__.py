"""The offline pack 离线包: a workbook a county fills in without network, and how it is read back."""
