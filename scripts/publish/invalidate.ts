/** Tells CloudFront to forget. */
import {
  CloudFrontClient,
  CreateInvalidationCommand,
} from "npm:@aws-sdk/client-cloudfront@3.1164.0";

/** CloudFront is one for all regions, and signs for this one. */
const REGION = "us-east-1";

/** Promises the id of the invalidation that has begun; its errors are those of the SDK. */
export async function invalidate(
  distributionId: string,
  paths: string[],
): Promise<string> {
  const client = new CloudFrontClient({ region: REGION });
  try {
    const { Invalidation } = await client.send(
      new CreateInvalidationCommand({
        DistributionId: distributionId,
        InvalidationBatch: {
          // Each run is one of its own, also where the paths are those of the last.
          CallerReference: crypto.randomUUID(),
          Paths: { Quantity: paths.length, Items: paths },
        },
      }),
    );
    return Invalidation?.Id ?? "without an id";
  } finally {
    client.destroy();
  }
}
