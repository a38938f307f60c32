user-agency-001
user-agency-002
