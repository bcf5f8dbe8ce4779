// Loaded into a child of tools/run.mjs where a process cannot be replaced: when the parent is gone,
// however it went, the child is gone too, so that a killed `npm start` leaves no server behind.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
process.channel?.unref();
