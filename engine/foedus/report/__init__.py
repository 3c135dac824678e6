"""What a person looks at, and the records that a program reads."""
