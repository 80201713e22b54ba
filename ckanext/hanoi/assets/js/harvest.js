/* The harvester's pages: a run's numbers while it goes on (the page anew when its status changes), the
 * options of the chosen kind, a short name made of the title, and times of one's own. */
this.ckan.module('hanoi-run-progress', function ($) {
  return {
    options: { run: '', status: '' },
    initialize: function () {
      this.timer = window.setInterval($.proxy(this.look, this), 2000);
    },
    teardown: function () { window.clearInterval(this.timer); },
    look: function () {
      var self = this;
      $.getJSON(this.sandbox.client.url('/api/3/action/hanoi_run_show'), { id: this.options.run, limit: 0 })
        .done(function (answer) {
          var run = answer.result;
          Object.keys(run.counts).forEach(function (name) {
            self.el.find('[data-count="' + name + '"]').text(run.counts[name])
              .parent().toggleClass('hanoi-zero', !run.counts[name]);
          });
          self.el.find('[data-waits-for]').text(run.waits_for);
          if (run.status !== self.options.status) {
            window.clearInterval(self.timer);
            window.location.reload();
          }
        });
    }
  };
});

this.ckan.module('hanoi-source-form', function ($) {
  return {
    initialize: function () {
      $.proxyAll(this, /choose/, /name/, /schedule/);
      this.kind = this.$('#field-kind').on('change', this.choose);
      this.choose();
      this.proposed = '';
      this.$('#field-title').on('input change', this.name);
      this.name();
      this.$('#field-schedule').on('change', this.schedule);
      this.schedule();
    },
    /* What a person wrote stays. */
    name: function () {
      var field = this.$('#field-name');
      var title = this.$('#field-title').val();
      if (window.hanoiVietnamese && field.val() === this.proposed && title) {
        this.proposed = window.hanoiVietnamese.slug(title).slice(0, 100);
        field.val(this.proposed);
      }
    },
    schedule: function () {
      this.$('.hanoi-cron').prop('hidden', this.$('#field-schedule').val() !== 'cron');
    },
    choose: function () {
      var kind = this.kind.val();
      this.$('.hanoi-options').each(function () {
        var other = this.getAttribute('data-kind') !== kind;
        this.hidden = other;
        this.disabled = other;
      });
    }
  };
});
