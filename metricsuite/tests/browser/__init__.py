"""Pages in a real headless browser: run by ``tox run -e browser``, which brings playwright and, where it may, Chromium."""
