export function resourcesFolder(app: string): string
export function packageApp(out: string): string
