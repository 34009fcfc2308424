"""This folder holds cases: pytest runs each for every metric. (The plugin of metricsuite reads the line below.)"""

metricsuite_cases = True
