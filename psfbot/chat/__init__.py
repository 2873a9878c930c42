"""Words in, words out: messages, phrases, permission and answers, with no platform in sight."""
