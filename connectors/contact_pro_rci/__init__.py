"""The Restful Configuration Interface (RCI) of Contact Pro: users, and the certificates of each."""
