"""How long metrics take: two versions measured in turn (the gate), growth over sizes, stored ratios to kernels."""
