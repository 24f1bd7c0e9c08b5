// When a process of the platform ends: when it is told to, or when the one that started it is gone.

export function whenAsked(stop: () => void): void {
  let asked = false;
  const once = (): void => {
    if (asked) return;
    asked = true;
    // An open channel to the starter would keep this process alive.
    if (process.connected) process.disconnect();
    stop();
  };
  process.on('SIGTERM', once);
  process.on('SIGINT', once);
  process.on('disconnect', once);
}
