import { RateLimiterRedis } from "rate-limiter-flexible";
import { LocalBuckets } from "./local-buckets.ts";
import type { Redis } from "./redis.ts";

/**
 * A leaky bucket, in the place of the package's fixed window. It is called with the points to add
 * (below zero: to take out), the window in seconds, the limit, and the window once more; it answers
 * with the level and the milliseconds until the bucket is empty. What does not fit is not added.
 * The clock is Redis' own, so that the servers' clocks may differ.
 */
const LEAKY_BUCKET = `
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local points, window, limit = tonumber(ARGV[1]), ARGV[2] * 1000, tonumber(ARGV[3])
local bucket = redis.call('hmget', KEYS[1], 'level', 'at')
local before, at = tonumber(bucket[1]) or 0, tonumber(bucket[2]) or now
local level = math.max(0, before - math.max(0, now - at) * limit / window)
local filled = math.max(0, level + points)
local empty = math.ceil(filled * window / limit)
if points <= 0 or filled <= limit then
  redis.call('hset', KEYS[1], 'level', string.format('%.6f', filled), 'at', string.format('%.0f', now))
  redis.call('pexpire', KEYS[1], empty + 1000)
end
return {math.ceil(filled), empty}
`;

/** Leaky buckets that all servers share; each server's own while Redis is away or slow. */
export const sharedBuckets = (redis: Redis, limit: number, windowSeconds: number) =>
  new RateLimiterRedis({
    storeClient: redis,
    useRedisPackage: true,
    rejectIfRedisNotReady: true,
    customIncrTtlLuaScript: LEAKY_BUCKET,
    keyPrefix: "socialhub:budget",
    points: limit,
    duration: windowSeconds,
    insuranceLimiter: new LocalBuckets(limit, windowSeconds),
  });
