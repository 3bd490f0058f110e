<?xml version="1.0" encoding="utf-8"?>
<TS version="2.1" language="en" sourcelanguage="en">
 <context>
  <name>CalendarTexts</name>
  <message numerus="yes">
   <source>%1, planned %n time(s)</source>
   <translation>
    <numerusform>%1, planned %n time</numerusform>
    <numerusform>%1, planned %n times</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n run(s): ok</source>
   <translation>
    <numerusform>%n run: ok</numerusform>
    <numerusform>%n runs: ok</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n run(s), %1 ok; the worst %2</source>
   <translation>
    <numerusform>%n run, %1 ok; the worst %2</numerusform>
    <numerusform>%n runs, %1 ok; the worst %2</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>Format</name>
  <message numerus="yes">
   <source>%1 item(s)</source>
   <comment>of a backup</comment>
   <translation>
    <numerusform>%1 item</numerusform>
    <numerusform>%1 items</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%1 row(s)</source>
   <comment>of tables</comment>
   <translation>
    <numerusform>%1 row</numerusform>
    <numerusform>%1 rows</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n day(s)</source>
   <translation>
    <numerusform>%n day</numerusform>
    <numerusform>%n days</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>PolicyTexts</name>
  <message numerus="yes">
   <source>Every hour, %n minute(s) past</source>
   <translation>
    <numerusform>Every hour, %n minute past</numerusform>
    <numerusform>Every hour, %n minutes past</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>the newest %n</source>
   <translation>
    <numerusform>the newest %n</numerusform>
    <numerusform>the newest %n</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n hourly</source>
   <translation>
    <numerusform>%n hourly</numerusform>
    <numerusform>%n hourly</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n daily</source>
   <translation>
    <numerusform>%n daily</numerusform>
    <numerusform>%n daily</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n weekly</source>
   <translation>
    <numerusform>%n weekly</numerusform>
    <numerusform>%n weekly</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n monthly</source>
   <translation>
    <numerusform>%n monthly</numerusform>
    <numerusform>%n monthly</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n yearly</source>
   <translation>
    <numerusform>%n yearly</numerusform>
    <numerusform>%n yearly</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>ProofReport</name>
  <message numerus="yes">
   <source>NOT equal to the backup: %n difference(s).</source>
   <translation>
    <numerusform>NOT equal to the backup: %n difference.</numerusform>
    <numerusform>NOT equal to the backup: %n differences.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Proved but for what was left out: every table was read back, and counts and contents are those of the backup. Not as in the backup, and named below: %n of its constraints, indexes, generated columns, rights and extensions.</source>
   <translation>
    <numerusform>Proved but for what was left out: every table was read back, and counts and contents are those of the backup. Not as in the backup, and named below: %n of its constraints, indexes, generated columns, rights and extensions.</numerusform>
    <numerusform>Proved but for what was left out: every table was read back, and counts and contents are those of the backup. Not as in the backup, and named below: %n of its constraints, indexes, generated columns, rights and extensions.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>Text</name>
  <message numerus="yes">
   <source>In the trash: %n backup(s); the first can be pruned from %1. See: salvorctl backups trash</source>
   <translation>
    <numerusform>In the trash: %n backup; the first can be pruned from %1. See: salvorctl backups trash</numerusform>
    <numerusform>In the trash: %n backups; the first can be pruned from %1. See: salvorctl backups trash</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>TimersTexts</name>
  <message numerus="yes">
   <source>To be enabled and started: %n timer(s).</source>
   <translation>
    <numerusform>To be enabled and started: %n timer.</numerusform>
    <numerusform>To be enabled and started: %n timers.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n file(s)</source>
   <translation>
    <numerusform>%n file</numerusform>
    <numerusform>%n files</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Done: %n file(s) changed.</source>
   <translation>
    <numerusform>Done: %n file changed.</numerusform>
    <numerusform>Done: %n files changed.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n credential(s) written.</source>
   <translation>
    <numerusform>%n credential written.</numerusform>
    <numerusform>%n credentials written.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::AbsenceNote</name>
  <message numerus="yes">
   <source>and %n more</source>
   <translation>
    <numerusform>and %n more</numerusform>
    <numerusform>and %n more</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>More than %n run(s)</source>
   <translation>
    <numerusform>More than %n run</numerusform>
    <numerusform>More than %n runs</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n run(s)</source>
   <translation>
    <numerusform>%n run</numerusform>
    <numerusform>%n runs</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ActivityPage</name>
  <message numerus="yes">
   <source>%n of the newest %1</source>
   <translation>
    <numerusform>%n of the newest %1</numerusform>
    <numerusform>%n of the newest %1</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n row(s)</source>
   <translation>
    <numerusform>%n row</numerusform>
    <numerusform>%n rows</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ActivityTexts</name>
  <message numerus="yes">
   <source>%n backup(s)</source>
   <translation>
    <numerusform>%n backup</numerusform>
    <numerusform>%n backups</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::BackupActs</name>
  <message numerus="yes">
   <source>%n backup(s) held.</source>
   <translation>
    <numerusform>%n backup held.</numerusform>
    <numerusform>%n backups held.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) released.</source>
   <translation>
    <numerusform>%n backup released.</numerusform>
    <numerusform>%n backups released.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) brought back from the trash.</source>
   <translation>
    <numerusform>%n backup brought back from the trash.</numerusform>
    <numerusform>%n backups brought back from the trash.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) moved to the trash.</source>
   <translation>
    <numerusform>%n backup moved to the trash.</numerusform>
    <numerusform>%n backups moved to the trash.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::BackupDetail</name>
  <message numerus="yes">
   <source>Release %n backup(s)</source>
   <translation>
    <numerusform>Release %n backup</numerusform>
    <numerusform>Release %n backups</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Hold %n backup(s)</source>
   <translation>
    <numerusform>Hold %n backup</numerusform>
    <numerusform>Hold %n backups</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Delete %n backup(s)</source>
   <translation>
    <numerusform>Delete %n backup</numerusform>
    <numerusform>Delete %n backups</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Only in the contents: %n chunk(s) without a range of time.</source>
   <translation>
    <numerusform>Only in the contents: %n chunk without a range of time.</numerusform>
    <numerusform>Only in the contents: %n chunks without a range of time.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::BackupsPage</name>
  <message numerus="yes">
   <source>%n backup(s)</source>
   <translation>
    <numerusform>%n backup</numerusform>
    <numerusform>%n backups</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ChartsPage</name>
  <message numerus="yes">
   <source>%1: what has that name is another database since the swap of %2. Not drawn, listed or exported here: %n earlier backup(s) of the one that had it; the page Backups shows all.</source>
   <translation>
    <numerusform>%1: what has that name is another database since the swap of %2. Not drawn, listed or exported here: %n earlier backup of the one that had it; the page Backups shows all.</numerusform>
    <numerusform>%1: what has that name is another database since the swap of %2. Not drawn, listed or exported here: %n earlier backups of the one that had it; the page Backups shows all.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%1 grows by about %2 a day and is full about %3 (between %4 and %5), if it goes on as in the last %n week(s).</source>
   <translation>
    <numerusform>%1 grows by about %2 a day and is full about %3 (between %4 and %5), if it goes on as in the last %n week.</numerusform>
    <numerusform>%1 grows by about %2 a day and is full about %3 (between %4 and %5), if it goes on as in the last %n weeks.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ConflictDialog</name>
  <message numerus="yes">
   <source>Both of you changed %n field(s): tick one side of each.</source>
   <translation>
    <numerusform>Both of you changed %n field: tick one side of each.</numerusform>
    <numerusform>Both of you changed %n fields: tick one side of each.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::DeleteDialog</name>
  <message numerus="yes">
   <source>Move %n backup(s) to the trash?</source>
   <translation>
    <numerusform>Move %n backup to the trash?</numerusform>
    <numerusform>Move %n backups to the trash?</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>and %n more</source>
   <translation>
    <numerusform>and %n more</numerusform>
    <numerusform>and %n more</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Held among these: %n. Nothing deletes a held backup; release it first.</source>
   <translation>
    <numerusform>Held among these: %n. Nothing deletes a held backup; release it first.</numerusform>
    <numerusform>Held among these: %n. Nothing deletes a held backup; release it first.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::DrillQueriesSection</name>
  <message numerus="yes">
   <source>%n check(s)</source>
   <translation>
    <numerusform>%n check</numerusform>
    <numerusform>%n checks</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ExceptionsBox</name>
  <message numerus="yes">
   <source>%n left out</source>
   <comment>by name</comment>
   <translation>
    <numerusform>%n left out</numerusform>
    <numerusform>%n left out</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::FoundPage</name>
  <message numerus="yes">
   <source>%n more in the trash, the newest of %1 (%2): the Trash tab of the Backups page shows what is there.</source>
   <translation>
    <numerusform>%n more in the trash, the newest of %1 (%2): the Trash tab of the Backups page shows what is there.</numerusform>
    <numerusform>%n more in the trash, the newest of %1 (%2): the Trash tab of the Backups page shows what is there.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) found. Choose the one to restore; the newest is at the top.</source>
   <translation>
    <numerusform>%n backup found. Choose the one to restore; the newest is at the top.</numerusform>
    <numerusform>%n backups found. Choose the one to restore; the newest is at the top.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::HooksSection</name>
  <message numerus="yes">
   <source>%n command(s)</source>
   <translation>
    <numerusform>%n command</numerusform>
    <numerusform>%n commands</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ItemTexts</name>
  <message numerus="yes">
   <source>Hypertables, %n chunk(s)</source>
   <translation>
    <numerusform>Hypertables, %n chunk</numerusform>
    <numerusform>Hypertables, %n chunks</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Tables, %n item(s)</source>
   <translation>
    <numerusform>Tables, %n item</numerusform>
    <numerusform>Tables, %n items</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Everything else, %n item(s)</source>
   <translation>
    <numerusform>Everything else, %n item</numerusform>
    <numerusform>Everything else, %n items</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%1, %n chunk(s)</source>
   <comment>name of a hypertable</comment>
   <translation>
    <numerusform>%1, %n chunk</numerusform>
    <numerusform>%1, %n chunks</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%1, %n part(s)</source>
   <comment>name of a table</comment>
   <translation>
    <numerusform>%1, %n part</numerusform>
    <numerusform>%1, %n parts</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::JobRow</name>
  <message numerus="yes">
   <source>Backed up %n database(s): %1, stored in %2.</source>
   <translation>
    <numerusform>Backed up %n database: %1, stored in %2.</numerusform>
    <numerusform>Backed up %n databases: %1, stored in %2.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>All intact: %1 object(s), %2 read back.</source>
   <translation>
    <numerusform>All intact: %1 object, %2 read back.</numerusform>
    <numerusform>All intact: %1 objects, %2 read back.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Damage found: %n problem(s).</source>
   <translation>
    <numerusform>Damage found: %n problem.</numerusform>
    <numerusform>Damage found: %n problems.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) gone for good, %1 freed; %2 went to the trash.</source>
   <translation>
    <numerusform>%n backup gone for good, %1 freed; %2 went to the trash.</numerusform>
    <numerusform>%n backups gone for good, %1 freed; %2 went to the trash.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n file(s) could not be deleted.</source>
   <translation>
    <numerusform>%n file could not be deleted.</numerusform>
    <numerusform>%n files could not be deleted.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::MainWindow</name>
  <message numerus="yes">
   <source>%n server(s)</source>
   <translation>
    <numerusform>%n server</numerusform>
    <numerusform>%n servers</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n database(s)</source>
   <translation>
    <numerusform>%n database</numerusform>
    <numerusform>%n databases</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::MonthView</name>
  <message numerus="yes">
   <source>%n run(s), %1</source>
   <translation>
    <numerusform>%n run, %1</numerusform>
    <numerusform>%n runs, %1</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>and %n more</source>
   <translation>
    <numerusform>and %n more</numerusform>
    <numerusform>and %n more</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::OverviewTexts</name>
  <message numerus="yes">
   <source>and %n more</source>
   <translation>
    <numerusform>and %n more</numerusform>
    <numerusform>and %n more</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n of the protected not read back after the backup</source>
   <translation>
    <numerusform>%n of the protected not read back after the backup</numerusform>
    <numerusform>%n of the protected not read back after the backup</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n of the protected by a run that did not do all</source>
   <translation>
    <numerusform>%n of the protected by a run that did not do all</numerusform>
    <numerusform>%n of the protected by a run that did not do all</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%1 of %n database(s) protected, %2 proven by restore</source>
   <translation>
    <numerusform>%1 of %n database protected, %2 proven by restore</numerusform>
    <numerusform>%1 of %n databases protected, %2 proven by restore</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>no timer for %n of the protected</source>
   <translation>
    <numerusform>no timer for %n of the protected</numerusform>
    <numerusform>no timer for %n of the protected</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n server(s) without any backup</source>
   <translation>
    <numerusform>%n server without any backup</numerusform>
    <numerusform>%n servers without any backup</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>last %n run(s): %1; the newest: %2</source>
   <translation>
    <numerusform>last %n run: %1; the newest: %2</numerusform>
    <numerusform>last %n runs: %1; the newest: %2</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::PlaceDialog</name>
  <message numerus="yes">
   <source>✓ It is there, with %n backup(s).</source>
   <translation>
    <numerusform>✓ It is there, with %n backup.</numerusform>
    <numerusform>✓ It is there, with %n backups.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ProtectFlow</name>
  <message numerus="yes">
   <source>%n database(s)</source>
   <translation>
    <numerusform>%n database</numerusform>
    <numerusform>%n databases</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::PrunePlanModel</name>
  <message numerus="yes">
   <source>%n backup(s) would go to the trash; how much that frees once they are gone for good is not known.</source>
   <translation>
    <numerusform>%n backup would go to the trash; how much that frees once they are gone for good is not known.</numerusform>
    <numerusform>%n backups would go to the trash; how much that frees once they are gone for good is not known.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) would go to the trash; once gone for good, that frees %1.</source>
   <translation>
    <numerusform>%n backup would go to the trash; once gone for good, that frees %1.</numerusform>
    <numerusform>%n backups would go to the trash; once gone for good, that frees %1.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s) would be deleted for good. That frees %1 now.</source>
   <translation>
    <numerusform>%n backup would be deleted for good. That frees %1 now.</numerusform>
    <numerusform>%n backups would be deleted for good. That frees %1 now.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n file(s) that interrupted runs left would be removed.</source>
   <translation>
    <numerusform>%n file that interrupted runs left would be removed.</numerusform>
    <numerusform>%n files that interrupted runs left would be removed.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Left in the trash: %n backup(s); the first may go on %1.</source>
   <translation>
    <numerusform>Left in the trash: %n backup; the first may go on %1.</numerusform>
    <numerusform>Left in the trash: %n backups; the first may go on %1.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>✓ Done. %1 freed; %n backup(s) went to the trash.</source>
   <translation>
    <numerusform>✓ Done. %1 freed; %n backup went to the trash.</numerusform>
    <numerusform>✓ Done. %1 freed; %n backups went to the trash.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Gone for good: %n backup(s).</source>
   <translation>
    <numerusform>Gone for good: %n backup.</numerusform>
    <numerusform>Gone for good: %n backups.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Not deleted, as the store refused: %n file(s).</source>
   <translation>
    <numerusform>Not deleted, as the store refused: %n file.</numerusform>
    <numerusform>Not deleted, as the store refused: %n files.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::RepositoryDialog</name>
  <message numerus="yes">
   <source>On, for %n recipient(s)</source>
   <translation>
    <numerusform>On, for %n recipient</numerusform>
    <numerusform>On, for %n recipients</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::RetentionSection</name>
  <message numerus="yes">
   <source>Estimate for %1, if every planned run succeeds: %n backup(s).</source>
   <translation>
    <numerusform>Estimate for %1, if every planned run succeeds: %n backup.</numerusform>
    <numerusform>Estimate for %1, if every planned run succeeds: %n backups.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Nothing would go: this policy has %n backup(s).</source>
   <translation>
    <numerusform>Nothing would go: this policy has %n backup.</numerusform>
    <numerusform>Nothing would go: this policy has %n backups.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>With these rules %n backup(s) would go at the next prune, of %1. How much that frees is not known.</source>
   <translation>
    <numerusform>With these rules %n backup would go at the next prune, of %1. How much that frees is not known.</numerusform>
    <numerusform>With these rules %n backups would go at the next prune, of %1. How much that frees is not known.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>With these rules %n backup(s) would go at the next prune, of %1. That frees exactly %2, once they have been in the trash for seven days.</source>
   <translation>
    <numerusform>With these rules %n backup would go at the next prune, of %1. That frees exactly %2, once they have been in the trash for seven days.</numerusform>
    <numerusform>With these rules %n backups would go at the next prune, of %1. That frees exactly %2, once they have been in the trash for seven days.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ReviewPage</name>
  <message numerus="yes">
   <source>•  %n new role(s), without the right to log in.</source>
   <translation>
    <numerusform>•  %n new role, without the right to log in.</numerusform>
    <numerusform>•  %n new roles, without the right to log in.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::ScheduleBuilder</name>
  <message numerus="yes">
   <source>%n hour(s)</source>
   <translation>
    <numerusform>%n hour</numerusform>
    <numerusform>%n hours</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::SelectionSection</name>
  <message numerus="yes">
   <source>%1 (%2 of %n known database(s))</source>
   <translation>
    <numerusform>%1 (%2 of %n known database)</numerusform>
    <numerusform>%1 (%2 of %n known databases)</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::StoreActDialog</name>
  <message numerus="yes">
   <source>%n backup(s) known here would be given up, the newest of %1.</source>
   <translation>
    <numerusform>%n backup known here would be given up, the newest of %1.</numerusform>
    <numerusform>%n backups known here would be given up, the newest of %1.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Done. In the store: %n backup(s).</source>
   <translation>
    <numerusform>Done. In the store: %n backup.</numerusform>
    <numerusform>Done. In the store: %n backups.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::StoresPage</name>
  <message numerus="yes">
   <source>Rehearsed %n time(s), last on %1 by %2.</source>
   <translation>
    <numerusform>Rehearsed %n time, last on %1 by %2.</numerusform>
    <numerusform>Rehearsed %n times, last on %1 by %2.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s); the next may go for good on %1.</source>
   <translation>
    <numerusform>%n backup; the next may go for good on %1.</numerusform>
    <numerusform>%n backups; the next may go for good on %1.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s), %1 of data</source>
   <translation>
    <numerusform>%n backup, %1 of data</numerusform>
    <numerusform>%n backups, %1 of data</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::SwapDialog</name>
  <message numerus="yes">
   <source>&amp;End %n session(s); what they have not committed is lost</source>
   <translation>
    <numerusform>&amp;End %n session; what they have not committed is lost</numerusform>
    <numerusform>&amp;End %n sessions; what they have not committed is lost</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::TimersDialog</name>
  <message numerus="yes">
   <source>Something is to be done about %n timer(s).</source>
   <translation>
    <numerusform>Something is to be done about %n timer.</numerusform>
    <numerusform>Something is to be done about %n timers.</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::WeekView</name>
  <message numerus="yes">
   <source>%n run(s)</source>
   <translation>
    <numerusform>%n run</numerusform>
    <numerusform>%n runs</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::WhenSection</name>
  <message numerus="yes">
   <source>%1, up to %n minute(s) later</source>
   <translation>
    <numerusform>%1, up to %n minute later</numerusform>
    <numerusform>%1, up to %n minutes later</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvor::WindowClosing</name>
  <message numerus="yes">
   <source>and %n more</source>
   <translation>
    <numerusform>and %n more</numerusform>
    <numerusform>and %n more</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n job(s) still running. What should happen?</source>
   <translation>
    <numerusform>%n job still running. What should happen?</numerusform>
    <numerusform>%n jobs still running. What should happen?</numerusform>
   </translation>
  </message>
 </context>
 <context>
  <name>salvorctl</name>
  <message numerus="yes">
   <source>Checked %n backup(s), %1, %2 read: %3</source>
   <translation>
    <numerusform>Checked %n backup, %1, %2 read: %3</numerusform>
    <numerusform>Checked %n backups, %1, %2 read: %3</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%Ln object(s)</source>
   <translation>
    <numerusform>%Ln object</numerusform>
    <numerusform>%Ln objects</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n problem(s)</source>
   <translation>
    <numerusform>%n problem</numerusform>
    <numerusform>%n problems</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n backup(s)</source>
   <translation>
    <numerusform>%n backup</numerusform>
    <numerusform>%n backups</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Found %n backup(s) in the store.</source>
   <translation>
    <numerusform>Found %n backup in the store.</numerusform>
    <numerusform>Found %n backups in the store.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>PROVED BUT FOR WHAT WAS LEFT OUT: every table was read back from the restored database, and counts and contents are those of the backup (%1). Not as in the backup, and named below: %n of its constraints, indexes, generated columns, rights and extensions.</source>
   <translation>
    <numerusform>PROVED BUT FOR WHAT WAS LEFT OUT: every table was read back from the restored database, and counts and contents are those of the backup (%1). Not as in the backup, and named below: %n of its constraints, indexes, generated columns, rights and extensions.</numerusform>
    <numerusform>PROVED BUT FOR WHAT WAS LEFT OUT: every table was read back from the restored database, and counts and contents are those of the backup (%1). Not as in the backup, and named below: %n of its constraints, indexes, generated columns, rights and extensions.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>"%1" on %2 was dropped and made again, or moved to another server: backups of %n former database(s) of that name stay. Each is counted by itself, so what the rules held of it when it ended stays until it is deleted: salvorctl backups delete %3</source>
   <translation>
    <numerusform>"%1" on %2 was dropped and made again, or moved to another server: backups of %n former database of that name stay. Each is counted by itself, so what the rules held of it when it ended stays until it is deleted: salvorctl backups delete %3</numerusform>
    <numerusform>"%1" on %2 was dropped and made again, or moved to another server: backups of %n former databases of that name stay. Each is counted by itself, so what the rules held of it when it ended stays until it is deleted: salvorctl backups delete %3</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Into the trash would go: %n backup(s).</source>
   <translation>
    <numerusform>Into the trash would go: %n backup.</numerusform>
    <numerusform>Into the trash would go: %n backups.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Into the trash: %n backup(s).</source>
   <translation>
    <numerusform>Into the trash: %n backup.</numerusform>
    <numerusform>Into the trash: %n backups.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>For good would go: %n backup(s), and %1 of them and of leftovers.</source>
   <translation>
    <numerusform>For good would go: %n backup, and %1 of them and of leftovers.</numerusform>
    <numerusform>For good would go: %n backups, and %1 of them and of leftovers.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Gone for good: %n backup(s), and %1 of them and of leftovers.</source>
   <translation>
    <numerusform>Gone for good: %n backup, and %1 of them and of leftovers.</numerusform>
    <numerusform>Gone for good: %n backups, and %1 of them and of leftovers.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>In the trash: %n backup(s); the first can be pruned from %1.</source>
   <translation>
    <numerusform>In the trash: %n backup; the first can be pruned from %1.</numerusform>
    <numerusform>In the trash: %n backups; the first can be pruned from %1.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>Done: %n file(s) changed, %1.</source>
   <translation>
    <numerusform>Done: %n file changed, %1.</numerusform>
    <numerusform>Done: %n files changed, %1.</numerusform>
   </translation>
  </message>
  <message numerus="yes">
   <source>%n credential(s) written</source>
   <translation>
    <numerusform>%n credential written</numerusform>
    <numerusform>%n credentials written</numerusform>
   </translation>
  </message>
 </context>
</TS>
