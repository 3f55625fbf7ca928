import json

# ANCHOR: part
value = json.loads("[1]")
print(vlaue)
# ANCHOR_END: part
