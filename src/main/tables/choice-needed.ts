import { AppError, type Hint } from '#shared/errors.ts'

/** What a person must say of a table before it can be imported. */
export type TableChoice = 'pictures' | 'texts' | 'unit'

/** A table that cannot be imported as it is recognised, but with a choice. */
export class ChoiceNeeded extends AppError {
  readonly about: TableChoice

  constructor(about: TableChoice, message: string, hint: Hint) {
    super('invalid-input', message, hint)
    this.about = about
  }
}
