"""What people read: reports and tables made from an evaluation."""
