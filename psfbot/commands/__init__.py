"""What people may say to the bot: one function a command."""
