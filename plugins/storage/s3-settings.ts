import { S3Client } from "bun";
import { setting, settingText, webAddress } from "../../core";

/** Where the bucket is and who asks: by variables of the platform's own, or by those that AWS' own tools read. */
export const s3Settings = {
  s3Bucket: setting(settingText.optional(), {
    env: "COCOV_GIT_SERVICE_S3_STORAGE_BUCKET_NAME",
    summary: "bucket shared with workers, in the mode s3",
  }),
  s3Endpoint: setting(webAddress.optional(), {
    env: ["COCOV_GIT_SERVICE_S3_STORAGE_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "S3_ENDPOINT"],
    summary: "where the bucket's service is, when it isn't AWS",
    accepts: "an absolute http:// or https:// URL",
  }),
  s3Region: setting(settingText.optional(), {
    env: ["COCOV_GIT_SERVICE_S3_STORAGE_REGION", "AWS_REGION", "S3_REGION"],
    summary: "region of the bucket",
  }),
  s3AccessKeyId: setting(settingText.optional(), {
    env: ["COCOV_GIT_SERVICE_S3_STORAGE_ACCESS_KEY_ID", "AWS_ACCESS_KEY_ID", "S3_ACCESS_KEY_ID"],
    summary: "who asks the bucket's service",
    secret: true,
  }),
  s3SecretAccessKey: setting(settingText.optional(), {
    env: ["COCOV_GIT_SERVICE_S3_STORAGE_SECRET_ACCESS_KEY", "AWS_SECRET_ACCESS_KEY", "S3_SECRET_ACCESS_KEY"],
    summary: "the secret that goes with the access key",
    secret: true,
  }),
  s3SessionToken: setting(settingText.optional(), {
    env: ["COCOV_GIT_SERVICE_S3_STORAGE_SESSION_TOKEN", "AWS_SESSION_TOKEN", "S3_SESSION_TOKEN"],
    summary: "the session that a temporary access key belongs to",
    secret: true,
  }),
};

type Given = Readonly<Partial<Record<keyof typeof s3Settings, string | undefined>>>;

/** @returns names of the variables without which there is no bucket to use */
export function missingForS3({ s3Bucket, s3AccessKeyId, s3SecretAccessKey }: Given): string[] {
  return [
    ...(s3Bucket === undefined ? ["COCOV_GIT_SERVICE_S3_STORAGE_BUCKET_NAME"] : []),
    ...(s3AccessKeyId === undefined ? ["AWS_ACCESS_KEY_ID"] : []),
    ...(s3SecretAccessKey === undefined ? ["AWS_SECRET_ACCESS_KEY"] : []),
  ];
}

/** @returns the bucket that the settings name. Nothing is asked of it yet. */
export function openBucket({
  s3Bucket,
  s3Endpoint,
  s3Region,
  s3AccessKeyId,
  s3SecretAccessKey,
  s3SessionToken,
}: Given): S3Client {
  return new S3Client({
    ...(s3Bucket !== undefined && { bucket: s3Bucket }),
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint }),
    ...(s3Region !== undefined && { region: s3Region }),
    ...(s3AccessKeyId !== undefined && { accessKeyId: s3AccessKeyId }),
    ...(s3SecretAccessKey !== undefined && { secretAccessKey: s3SecretAccessKey }),
    ...(s3SessionToken !== undefined && { sessionToken: s3SessionToken }),
  });
}
