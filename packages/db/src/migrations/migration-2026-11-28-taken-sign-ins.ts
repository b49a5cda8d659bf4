/** Keeps a taken login transaction until the sign-in is finished, so that an operator can end it while the provider responds (L10). */
import { Migration } from '@mikro-orm/migrations'

export class MigrationTakenSignIns extends Migration {
  override up(): void {
    this.addSql('alter table login_transactions add column taken boolean not null default false')
  }
}
