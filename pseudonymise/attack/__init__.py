"""How much of an encoding an attacker without the key undoes. docs/attack.md says what was tried and what it means."""
