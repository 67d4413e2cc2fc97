"""A captured sign-in, compared with the known Subjects: verdict, reason, advice."""
