"""Cases to people: when a complaint is a case, who is told when, in which words, and over which channel."""
