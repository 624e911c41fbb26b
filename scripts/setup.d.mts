/** Where Node keeps what it compiled. */
export declare const COMPILED: string
export const ROOT: string
export class SetupError extends Error {}
export function nodePath(): string
export function environment(extra?: Record<string, string>): NodeJS.ProcessEnv
export function electronPath(): string | null
export function electronArguments(): string[]
export function hasDisplay(): boolean
export function setUp(parts?: { electron: boolean; build: boolean }): void
export function guarded(main: () => unknown): void
