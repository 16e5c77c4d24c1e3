"""What a workflow does: calls, scopes and approvals."""
