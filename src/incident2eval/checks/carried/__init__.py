"""What a run was asked and told, and whether it carried that on to what it said and did."""
