# ANCHOR: part
print(wrong)
# ANCHOR_END: part
