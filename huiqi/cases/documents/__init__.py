"""Documents that leave for the office's own OA: drafted here, numbered and sealed there."""
