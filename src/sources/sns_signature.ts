/** Whether SNS itself wrote a message. */
import { createVerify, type X509Certificate } from "node:crypto";
import { type SnsEnvelope, stringToSign } from "./sns_envelope.ts";

// SignatureVersion 1 and 2: RSA PKCS#1 v1.5 over SHA-1 and SHA-256 (Amazon SNS Developer Guide).
const ALGORITHMS = { "1": "RSA-SHA1", "2": "RSA-SHA256" } as const;

/**
 * Promises null when the certificate is valid at `nowMs` and its key made the envelope's signature, otherwise what is
 * wrong, in words. Proves only that some topic of SNS sent it: which topic is checked elsewhere.
 */
export function signatureFault(
  envelope: SnsEnvelope,
  certificate: X509Certificate,
  nowMs: number,
): string | null {
  // Written so that a date which cannot be read is a fault.
  if (!(nowMs >= certificate.validFromDate.getTime())) {
    return "its signing certificate is not valid yet";
  }
  if (!(nowMs <= certificate.validToDate.getTime())) {
    return "its signing certificate has expired";
  }
  const key = certificate.publicKey;
  if (key.asymmetricKeyType !== "rsa") {
    return "its signing certificate has no RSA key";
  }
  const genuine = createVerify(ALGORITHMS[envelope.SignatureVersion])
    .update(stringToSign(envelope), "utf8")
    .verify(key, envelope.Signature, "base64");
  return genuine ? null : "its signature is wrong";
}
