import { AppError } from '#shared/errors.ts'

/** The inference process died with calls in flight. */
export class HostCrash extends AppError {}
