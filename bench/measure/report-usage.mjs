// Loaded into contenders with --import where there is no /proc: tells the parent what this process uses.
process.on("message", (message) => {
  if (message !== "usage") return;
  const { user, system } = process.cpuUsage();
  process.send?.({ cpuMs: (user + system) / 1000, rssMb: process.memoryUsage().rss / 1024 / 1024 });
});
process.channel?.unref();
