user-agency-001
