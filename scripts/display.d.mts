export function withVirtualDisplay<T>(
  work: (display: Record<string, string>) => T | Promise<T>,
  size?: string,
): Promise<T>
