"""The brand query: what people write, the tree it becomes, and whether a post matches it."""
