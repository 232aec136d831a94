variable "name" {
  description = "Beginning of every resource's name."
  type        = string
  default     = "pagerpal"
}

variable "base_url" {
  description = "How browsers reach PagerPal, https without a trailing slash; its name must lead to the output address."
  type        = string

  validation {
    condition     = can(regex("^https://[^/]+$", var.base_url))
    error_message = "base_url must be an https address without a path."
  }
}

variable "admin_email" {
  description = "Who is made the first admin."
  type        = string
}

variable "repository" {
  description = "Where the instance clones PagerPal from, without a login."
  type        = string
}

variable "revision" {
  description = "The tag or branch to run."
  type        = string
}

variable "session_cookie_secure" {
  description = "Send session cookies over https only. PagerPal does not start in production with false."
  type        = bool
  default     = true
}

variable "vpc_id" {
  type = string
}

variable "subnet_id" {
  description = "A public subnet; the EBS volume is made in its availability zone."
  type        = string
}

variable "ami_id" {
  description = "Another Debian or Amazon Linux 2023 image than the newest Debian 12; its architecture must be the instance's."
  type        = string
  default     = null
}

variable "instance_type" {
  description = "PagerPal holds about 110 MB of memory; building its image needs 2 GB. With an Arm type set ami_id."
  type        = string
  default     = "t3.small"
}

variable "volume_size" {
  description = "GiB of the EBS volume that holds the data."
  type        = number
  default     = 20
}

variable "allowed_cidrs" {
  description = "Who may reach PagerPal by https. Monitoring systems and telephones have to."
  type        = list(string)
  default     = ["0.0.0.0/0"]
}

variable "create_database" {
  description = "PostgreSQL on RDS instead of SQLite on the volume."
  type        = bool
  default     = false
}

variable "database_subnet_ids" {
  description = "At least two private subnets in different availability zones; only with create_database."
  type        = list(string)
  default     = []
}

variable "database_instance_class" {
  type    = string
  default = "db.t4g.micro"
}

variable "database_multi_az" {
  description = "A standby in another availability zone."
  type        = bool
  default     = false
}

variable "backup_bucket" {
  description = "An S3 bucket that is there, for nightly backups of SQLite; null: a folder on the volume. RDS makes its own."
  type        = string
  default     = null
}

variable "tags" {
  type    = map(string)
  default = {}
}
