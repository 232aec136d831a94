# PostgreSQL on RDS, only with create_database. Its password is in Terraform's state: keep that encrypted.

resource "random_password" "database" {
  count  = var.create_database ? 1 : 0
  length = 40
  # It stands in an address.
  special = false
}

resource "aws_db_subnet_group" "database" {
  count       = var.create_database ? 1 : 0
  name_prefix = "${var.name}-"
  subnet_ids  = var.database_subnet_ids
  tags        = local.tags
}

resource "aws_security_group" "database" {
  count       = var.create_database ? 1 : 0
  name        = "${var.name}-database"
  description = "PagerPal's PostgreSQL: from the instance only"
  vpc_id      = var.vpc_id
  tags        = local.tags
}

resource "aws_vpc_security_group_ingress_rule" "database" {
  count                        = var.create_database ? 1 : 0
  security_group_id            = aws_security_group.database[0].id
  referenced_security_group_id = aws_security_group.instance.id
  ip_protocol                  = "tcp"
  from_port                    = 5432
  to_port                      = 5432
}

resource "aws_db_instance" "database" {
  count                     = var.create_database ? 1 : 0
  identifier_prefix         = "${var.name}-"
  engine                    = "postgres"
  engine_version            = "17"
  instance_class            = var.database_instance_class
  multi_az                  = var.database_multi_az
  allocated_storage         = 20
  max_allocated_storage     = 100
  storage_type              = "gp3"
  storage_encrypted         = true
  db_name                   = "pagerpal"
  username                  = "pagerpal"
  password                  = random_password.database[0].result
  db_subnet_group_name      = aws_db_subnet_group.database[0].name
  vpc_security_group_ids    = [aws_security_group.database[0].id]
  backup_retention_period   = 14
  copy_tags_to_snapshot     = true
  deletion_protection       = true
  final_snapshot_identifier = "${var.name}-final"
  tags                      = local.tags
}

resource "aws_ssm_parameter" "database_url" {
  count = var.create_database ? 1 : 0
  name  = "/${var.name}/database_url"
  type  = "SecureString"
  tags  = local.tags

  value = format(
    "postgres://pagerpal:%s@%s/pagerpal?sslmode=require",
    random_password.database[0].result,
    aws_db_instance.database[0].endpoint,
  )
}
