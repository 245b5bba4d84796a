# Reads file names, prints for each: name, score, and the rules that it hit, separated by tabs.
# Rules that come with SpamAssassin, no network, no learning.
use strict;
use Mail::SpamAssassin;

my $judge = Mail::SpamAssassin->new(
    { local_tests_only => 1, dont_copy_prefs => 1, userprefs_filename => '/dev/null' });
$judge->compile_now(0);
while (my $name = <STDIN>) {
    chomp $name;
    open(my $file, '<:raw', $name) or die "$name: $!";
    my $raw = do { local $/; <$file> };
    my $mail = $judge->parse($raw);
    my $found = $judge->check($mail);
    print join("\t", $name, sprintf('%.1f', $found->get_score()), $found->get_names_of_tests_hit()), "\n";
    $found->finish();
    $mail->finish();
}
