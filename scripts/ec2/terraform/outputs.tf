output "address" {
  description = "What the name in base_url must lead to."
  value       = aws_eip.pagerpal.public_ip
}

output "instance_id" {
  description = "For: aws ssm start-session --target <instance_id>"
  value       = aws_instance.pagerpal.id
}

output "volume_id" {
  description = "Holds the data; Terraform refuses to destroy it."
  value       = aws_ebs_volume.data.id
}
