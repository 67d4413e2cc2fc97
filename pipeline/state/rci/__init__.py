"""What a job keeps of its RCI: readings that were interrupted, how many users there were, the lines of deliveries."""
