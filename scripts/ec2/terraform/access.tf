# What the instance may do: be reached by Session Manager instead of SSH, read its database's address, write backups.

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["ec2.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "instance" {
  name_prefix        = "${var.name}-"
  assume_role_policy = data.aws_iam_policy_document.assume.json
  tags               = local.tags
}

resource "aws_iam_instance_profile" "instance" {
  name_prefix = "${var.name}-"
  role        = aws_iam_role.instance.name
}

resource "aws_iam_role_policy_attachment" "session_manager" {
  role       = aws_iam_role.instance.name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
}

data "aws_iam_policy_document" "backup" {
  count = var.backup_bucket == null ? 0 : 1

  statement {
    actions   = ["s3:ListBucket"]
    resources = ["arn:aws:s3:::${var.backup_bucket}"]
  }

  statement {
    actions = [
      "s3:PutObject",
      "s3:GetObject",
      "s3:DeleteObject",
      "s3:AbortMultipartUpload",
    ]
    resources = ["arn:aws:s3:::${var.backup_bucket}/${var.name}/*"]
  }
}

resource "aws_iam_role_policy" "backup" {
  count  = var.backup_bucket == null ? 0 : 1
  name   = "backup"
  role   = aws_iam_role.instance.id
  policy = data.aws_iam_policy_document.backup[0].json
}

data "aws_iam_policy_document" "database_url" {
  count = var.create_database ? 1 : 0

  statement {
    actions   = ["ssm:GetParameter"]
    resources = [aws_ssm_parameter.database_url[0].arn]
  }
}

resource "aws_iam_role_policy" "database_url" {
  count  = var.create_database ? 1 : 0
  name   = "database-url"
  role   = aws_iam_role.instance.id
  policy = data.aws_iam_policy_document.database_url[0].json
}
