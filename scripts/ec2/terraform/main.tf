# One instance, one EBS volume that outlives it, and what they need. The database on RDS is in database.tf.

data "aws_region" "current" {}

data "aws_subnet" "instance" {
  id = var.subnet_id
}

# Debian's own account.
data "aws_ami" "debian" {
  most_recent = true
  owners      = ["136693071363"]

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

locals {
  tags      = merge({ Name = var.name }, var.tags)
  backup_to = var.backup_bucket == null ? "" : "s3://${var.backup_bucket}/${var.name}"
}

resource "aws_security_group" "instance" {
  name        = "${var.name}-instance"
  description = "PagerPal: https in, and http for certificates and redirects"
  vpc_id      = var.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "https" {
  for_each          = toset(var.allowed_cidrs)
  security_group_id = aws_security_group.instance.id
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
}

# HTTP/3, which Caddy offers.
resource "aws_vpc_security_group_ingress_rule" "http3" {
  for_each          = toset(var.allowed_cidrs)
  security_group_id = aws_security_group.instance.id
  cidr_ipv4         = each.value
  ip_protocol       = "udp"
  from_port         = 443
  to_port           = 443
}

# The certificate authority comes from anywhere.
resource "aws_vpc_security_group_ingress_rule" "http" {
  security_group_id = aws_security_group.instance.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "tcp"
  from_port         = 80
  to_port           = 80
}

resource "aws_vpc_security_group_egress_rule" "all" {
  security_group_id = aws_security_group.instance.id
  cidr_ipv4         = "0.0.0.0/0"
  ip_protocol       = "-1"
}

resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_subnet.instance.availability_zone
  size              = var.volume_size
  type              = "gp3"
  encrypted         = true
  tags              = local.tags

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_instance" "pagerpal" {
  ami                    = coalesce(var.ami_id, data.aws_ami.debian.id)
  instance_type          = var.instance_type
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.instance.id]
  iam_instance_profile   = aws_iam_instance_profile.instance.name
  tags                   = local.tags

  user_data = templatefile("${path.module}/../user_data.yaml", {
    REPOSITORY             = var.repository
    REVISION               = var.revision
    BASE_URL               = var.base_url
    ADMIN_EMAIL            = var.admin_email
    SESSION_COOKIE_SECURE  = var.session_cookie_secure
    DATA_VOLUME            = aws_ebs_volume.data.id
    DATABASE_URL_PARAMETER = var.create_database ? aws_ssm_parameter.database_url[0].name : ""
    BACKUP_TO              = local.backup_to
    AWS_REGION             = data.aws_region.current.region
  })

  metadata_options {
    http_tokens = "required"
    # Two hops let containers use the instance's role, which PagerPal does for backups and else not.
    http_put_response_hop_limit = var.backup_bucket == null ? 1 : 2
  }

  root_block_device {
    encrypted   = true
    volume_size = 16
    volume_type = "gp3"
  }

  lifecycle {
    # A newer image does not replace the machine that pages.
    ignore_changes = [ami, user_data]
  }
}

resource "aws_volume_attachment" "data" {
  device_name                    = "/dev/sdf"
  volume_id                      = aws_ebs_volume.data.id
  instance_id                    = aws_instance.pagerpal.id
  stop_instance_before_detaching = true
}

resource "aws_eip" "pagerpal" {
  domain   = "vpc"
  instance = aws_instance.pagerpal.id
  tags     = local.tags
}
